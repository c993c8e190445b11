import { testConfig } from '../../vitest.shared.js'

// What asks no server, the types and texts, is the same on all.
export default testConfig({
  slow: ['src/session/conformance/faulty-sources.test.ts'],
  once: [
    'src/error/**',
    'src/identity/**',
    'src/module/module-database-types.test.ts',
    'src/module/type-budget.test.ts',
    'src/query/like-prefix.test.ts',
    'src/query/select-shape.test.ts',
    'src/statement/first-keyword.test.ts',
    'src/statement/raw/**',
    'src/statement/raw-text-memory.test.ts',
    'src/statement/session-residue.test.ts',
    'src/statement/statement-effects.test.ts',
    'src/statement/statement-facts.test.ts',
    'src/value/scalar-text.test.ts',
    'src/wire/message-writer.test.ts',
  ],
  ownAdministrators: [
    'src/context/context-functions.test.ts',
    'src/database/module-table-host.test.ts',
    'src/isolation/inspection/*.test.ts',
    'src/isolation/install.test.ts',
    'src/isolation/logins/*.test.ts',
    'src/isolation/modules/*.test.ts',
    'src/isolation/policies/*.test.ts',
    'src/module/module-database.test.ts',
    'src/module/query-builder.test.ts',
    'src/module/table-verbs.test.ts',
    'src/query/*.test.ts',
    'src/statement/facts/cte-scope.test.ts',
    'src/statement/user-functions.test.ts',
    'src/table/*.test.ts',
  ],
})
