import type { Residue } from '../session/session.js'
import { TextMemory } from './text-memory.js'

/** White space and comments. */
const GAP = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*(?:[^*]|\*(?!/))*\*/)`
const START = String.raw`(?:^|;)${GAP}*`
const SETS = new RegExp(
  String.raw`${START}set(?!${GAP}+(?:local|transaction|constraints)\b)${GAP}`,
  'i',
)
const LEAVES_MORE = new RegExp(
  String.raw`${START}(?:prepare(?!${GAP}+transaction\b)|execute|deallocate|discard(?!${GAP}+(?:temp|temporary|plans|sequences)\b)|listen|unlisten|declare|do|call|load)\b`,
  'i',
)
const TEMPORARY =
  /\b(?:create|into)\s+(?:or\s+replace\s+)?(?:(?:local|global)\s+)?temp(?:orary)?\b/i
const CALLS = /\bset_config\s*\(|\bpg_(?:try_)?advisory_lock/i
/** Until the end of the transaction. */
const LOCAL_CALLS = /\bset_config\s*\([^()]*,\s*true\s*\)/gi

const remembered = new TextMemory<Residue>(2_000, 4_000_000)

/**
 * What a text may leave on its session, told by its words; a word inside a string counts as well.
 * What functions of the user's do is not seen.
 *
 * @example
 * sessionResidue('set role auditor') // 'settings'
 * sessionResidue('select 1') // 'none'
 */
export function sessionResidue(sql: string): Residue {
  let residue = remembered.get(sql)
  if (residue === undefined) {
    residue = judge(sql)
    remembered.set(sql, residue)
  }
  return residue
}

function judge(sql: string): Residue {
  if (LEAVES_MORE.test(sql) || TEMPORARY.test(sql)) return 'anything'
  if (SETS.test(sql) || CALLS.test(sql.replace(LOCAL_CALLS, ''))) return 'settings'
  return 'none'
}
