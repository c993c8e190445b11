import { testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { functionEffect, isBuiltInOperator, mayChangeSession } from './function-effect.js'

let client: pg.Client
let stop: () => Promise<void>

beforeAll(async () => {
  const database = await testDatabase()
  client = new pg.Client(database.connectionString)
  await client.connect()
  stop = async () => {
    await client.end()
    await database.drop()
  }
})

afterAll(() => stop())

async function functionsWhere(condition: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct proname as name from pg_proc
     where pronamespace = 'pg_catalog'::regnamespace and ${condition}`,
  )
  return rows.map((row) => row.name)
}

test('no function with a volatile overload is taken for stable or immutable', async () => {
  const volatile = await functionsWhere("provolatile = 'v'")
  expect(volatile.length).toBeGreaterThan(200)
  const wrong = volatile.filter((name) => ['pure', 'stable'].includes(functionEffect(name)))
  expect(wrong).toEqual([])
})

test('functions that run SQL text, write or reach outside are not taken for reads', async () => {
  const dangerous = await functionsWhere(
    `proname ~ '(^(table|schema|database|query|cursor)_to_xml|^ts_(stat|rewrite)$|^lo_|^lo(read|write)$|_advisory_|^pg_(read|ls_|stat_file|terminate|cancel|reload|rotate|promote|switch|backup|create|drop|copy|replication|logical|wal_replay|export|import|log_|stat_reset)|^(set_config|setseed|nextval|setval|currval|lastval|pg_notify|txid_current|pg_current_xact_id)$)'
     and proname !~ '^pg_replication_origin_oid$'`,
  )
  expect(dangerous.length).toBeGreaterThan(80)
  const reads = dangerous.filter((name) => !['effects', 'unknown'].includes(functionEffect(name)))
  expect(reads).toEqual([])
})

test('what ends with the session is told from what ends with the transaction', () => {
  const told = (name: string): boolean => mayChangeSession(name)
  expect(['set_config', 'setseed', 'pg_advisory_lock', 'lo_open', 'no_such'].every(told)).toBe(true)
  expect(['lower', 'random', 'nextval', 'pg_advisory_xact_lock', 'pg_notify'].some(told)).toBe(
    false,
  )
})

test('the functions of everyday queries are known', async () => {
  const everyday =
    'count sum avg min max array_agg string_agg json_agg jsonb_agg jsonb_build_object to_jsonb coalesce_is_no_function lower upper length trim btrim substring replace concat now date_trunc to_char row_number rank dense_rank lag lead first_value unnest generate_series jsonb_array_elements to_tsvector websearch_to_tsquery ts_rank round abs floor random gen_random_uuid'
  const unknown = everyday.split(' ').filter((name) => functionEffect(name) === 'unknown')
  expect(unknown).toEqual(['coalesce_is_no_function', 'trim'])
})

test('no operator that is taken for built in is volatile or missing', async () => {
  const { rows } = await client.query<{ name: string; volatile: boolean }>(
    `select oprname as name, bool_or(provolatile = 'v') as volatile
     from pg_operator join pg_proc p on p.oid = oprcode
     where oprnamespace = 'pg_catalog'::regnamespace group by 1`,
  )
  expect(rows.filter((row) => row.volatile && isBuiltInOperator(row.name))).toEqual([])
  expect(rows.filter((row) => !isBuiltInOperator(row.name))).toEqual([])
  expect(isBuiltInOperator('<=>')).toBe(false)
})

test('the only view of the system that can be written through is pg_settings', async () => {
  const { rows } = await client.query<{ name: string }>(
    `select distinct ev_class::regclass::text as name from pg_rewrite
     where ev_type <> '1' and ev_class < 16384`,
  )
  expect(rows).toEqual([{ name: 'pg_settings' }])
})

test('no volatile function of the system can be called as `row.name`', async () => {
  const volatile = await functionsWhere(
    `provolatile = 'v' and pronargs - pronargdefaults <= 1 and pronargs > 0
     and proargtypes[0]::regtype::text in ('"any"', 'anyelement', 'anynonarray', 'anycompatible', 'record')`,
  )
  // These two take pairs of names and values, and refuse a single argument.
  expect(volatile.filter((name) => !/^pg_restore_(attribute|relation)_stats$/.test(name))).toEqual(
    [],
  )
})
