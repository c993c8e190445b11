import { IMMUTABLE_FUNCTIONS, OPERATORS, STABLE_FUNCTIONS } from './built-in-names.js'

/**
 * What a call of a built-in function can do, from least to most:
 * - `pure`: the same result for the same arguments, data and settings;
 * - `stable`: reads the clock of the transaction, the session or the catalogs;
 * - `harmless`: volatile by the catalog, and changes nothing;
 * - `effects`: changes something, but no row of a table, or needs the primary;
 * - `unknown`: anything, among it every function that is not built in.
 */
export type FunctionEffect = 'pure' | 'stable' | 'harmless' | 'effects' | 'unknown'

/** Stable only because of settings, which are the same for every session of a module. */
const PURE = `
array_to_json array_to_string concat concat_ws convert convert_from convert_to date date_part
date_trunc enum_first enum_last enum_range extract format generate_series in_range json_agg
json_build_array json_build_object json_object_agg json_populate_record json_populate_recordset
json_to_record json_to_recordset json_to_tsvector jsonb_agg jsonb_build_array jsonb_build_object
jsonb_object_agg jsonb_path_exists_tz jsonb_path_match_tz jsonb_path_query_array_tz
jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record jsonb_populate_recordset
jsonb_to_record jsonb_to_recordset jsonb_to_tsvector length make_timestamptz money numeric overlaps
pg_typeof phraseto_tsquery plainto_tsquery quote_literal quote_nullable row_to_json time timestamp
timestamptz timetz timezone to_char to_date to_json to_jsonb to_number to_timestamp to_tsquery
to_tsvector ts_debug ts_headline ts_parse ts_token_type websearch_to_tsquery xml
xml_is_well_formed`

const HARMLESS = `
array_sample array_shuffle clock_timestamp gen_random_uuid pg_database_size pg_indexes_size
pg_is_in_recovery pg_relation_size pg_sleep pg_sleep_for pg_sleep_until pg_table_size
pg_total_relation_size random random_normal timeofday uuidv4 uuidv7`

/** End with the transaction or belong to the cluster: nothing of them stays in the session. */
const EFFECTS = `
currval lastval nextval pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_current_xact_id
pg_notify pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared setval txid_current`

const SESSION_EFFECTS = `
pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
pg_advisory_unlock_shared pg_try_advisory_lock pg_try_advisory_lock_shared set_config setseed`

let effects: Map<string, FunctionEffect> | undefined
let operators: Set<string> | undefined
const sessionEffects = new Set(words(SESSION_EFFECTS))

/** The effect of a function of pg_catalog, by its bare name. */
export function functionEffect(name: string): FunctionEffect {
  effects ??= new Map([
    ...entries(STABLE_FUNCTIONS, 'stable'),
    ...entries(IMMUTABLE_FUNCTIONS, 'pure'),
    ...entries(PURE, 'pure'),
    ...entries(HARMLESS, 'harmless'),
    ...entries(EFFECTS, 'effects'),
    ...entries(SESSION_EFFECTS, 'effects'),
  ])
  return effects.get(name) ?? 'unknown'
}

/** Whether a call cannot be proven to leave settings, locks and seeds of the session alone. */
export function mayChangeSession(name: string): boolean {
  return sessionEffects.has(name) || functionEffect(name) === 'unknown'
}

/** Whether an operator of this name is built in; none of those is volatile. */
export function isBuiltInOperator(name: string): boolean {
  operators ??= new Set(words(OPERATORS))
  return operators.has(name)
}

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/)
}

function entries(list: string, effect: FunctionEffect): readonly [string, FunctionEffect][] {
  return words(list).map((name) => [name, effect])
}
