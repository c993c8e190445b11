/**
 * Writes src/statement/facts/built-in-names.ts from the catalogs of real servers:
 *   node scripts/generate-built-in-names.mjs <connection string> <connection string> …
 * Give the oldest and the newest supported version. A name is kept when every given server has it
 * and none of its overloads is volatile anywhere; leaving a name out is always safe.
 */
import { writeFile } from 'node:fs/promises'
import pg from 'pg'

const FUNCTIONS = `
  select proname as name,
    bool_or(provolatile = 'v') as volatile,
    bool_and(provolatile = 'i') as immutable,
    bool_or(
      not ('internal'::regtype = any (proargtypes::oid[]) or 'cstring'::regtype = any (proargtypes::oid[]))
      and not prorettype = any ('{internal,cstring,trigger,event_trigger}'::regtype[])
      and prorettype::regtype::text !~ 'handler$'
      and obj_description(p.oid, 'pg_proc') !~ '^(implementation of|I/O$|hash$|sort support|less-equal|larger of two|smaller of two|aggregate (transition|final|serial|deserial|combine|inverse))'
      or proname in ('array_cat', 'starts_with')
    ) as callable
  from pg_proc p
  where pronamespace = 'pg_catalog'::regnamespace
  group by proname`

const OPERATORS = `
  select oprname as name, bool_or(provolatile = 'v') as volatile
  from pg_operator join pg_proc p on p.oid = oprcode
  where oprnamespace = 'pg_catalog'::regnamespace
  group by oprname`

/** Not volatile by the catalog, but they read tables by name, write, or are no one's to call. */
const LEFT_OUT =
  /^(table_to_|schema_to_|database_to_|txid_current$|pg_current_xact_id$|pg_event_trigger_|pg_stat_get_|fmgr_|postgresql_fdw_validator$|spg_|gin_|btequalimage$|btvarstrequalimage$|hash_|satisfies_hash_partition$|.*typmodin$|.*_transfn$|.*_subdiff$|.*_canonical$)/

async function catalogOf(connectionString) {
  const client = new pg.Client(connectionString)
  await client.connect()
  try {
    const functions = await client.query(FUNCTIONS)
    const operators = await client.query(OPERATORS)
    const byName = (rows) => new Map(rows.map((row) => [row.name, row]))
    return { functions: byName(functions.rows), operators: byName(operators.rows) }
  } finally {
    await client.end()
  }
}

function inAll(maps, accepts) {
  return [...maps[0].keys()].filter((name) => {
    const rows = maps.map((map) => map.get(name))
    return rows.every((row) => row !== undefined && !row.volatile) && accepts(name, rows)
  })
}

function constant(doc, name, words) {
  const lines = ['']
  for (const word of words.sort()) {
    const last = lines.length - 1
    if (lines[last].length + word.length > 97) lines.push(word)
    else lines[last] += (lines[last] && ' ') + word
  }
  return `/** ${doc} */\nexport const ${name} = \`\n${lines.join('\n')}\n\`\n`
}

const catalogs = []
for (const connectionString of process.argv.slice(2)) {
  catalogs.push(await catalogOf(connectionString))
}
if (catalogs.length < 2) throw new Error('give the oldest and the newest server')

const functions = catalogs.map((catalog) => catalog.functions)
const usable = (name, rows) => rows.every((row) => row.callable) && !LEFT_OUT.test(name)
const immutable = inAll(
  functions,
  (name, rows) => usable(name, rows) && rows.every((row) => row.immutable),
)
const stable = inAll(
  functions,
  (name, rows) => usable(name, rows) && !rows.every((row) => row.immutable),
)
const operators = inAll(
  catalogs.map((catalog) => catalog.operators),
  () => true,
)

await writeFile(
  new URL('../src/statement/facts/built-in-names.ts', import.meta.url),
  `// Written by scripts/generate-built-in-names.mjs from the catalogs of PostgreSQL 15 and 18.

${constant('Functions of pg_catalog of which every overload is immutable.', 'IMMUTABLE_FUNCTIONS', immutable)}
${constant('Functions of pg_catalog of which every overload is stable or immutable.', 'STABLE_FUNCTIONS', stable)}
${constant('Operators of pg_catalog; none is volatile.', 'OPERATORS', operators)}`,
)
console.log(`${immutable.length} immutable, ${stable.length} stable, ${operators.length} operators`)
