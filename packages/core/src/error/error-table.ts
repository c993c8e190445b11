import { ERROR_CODES } from './error-codes.js'

/** The page of error codes, as the documentation holds it. */
export function errorTable(): string {
  const rows = Object.entries(ERROR_CODES)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  return `${HEADING}\n${rows.join('\n')}\n`
}

const HEADING = `# Error codes

Methods of modules, the system and managers throw \`PlataformaError\`: \`code\` says what happened,
\`remedy\` what to do, \`cause\` what was underneath. Where PostgreSQL's answer is the cause,
\`sqlState\`, \`table\`, \`column\` and \`constraint\` are filled in. Kysely handles such as \`vendas.db\`
throw what \`pg\` throws (\`DatabaseError\`, whose \`code\` is the SQLSTATE). Errors of a callback of
yours pass through unchanged. This page is made from the source: \`pnpm vitest run src/error -u\` in \`packages/core\`.

| code | meaning |
| --- | --- |`
