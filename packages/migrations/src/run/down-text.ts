import type { Migration } from '../migration/migration.js'
import { readScript, type ScriptRules } from './read-script.js'

/**
 * The down of a migration that was not run by us; one whose text we would refuse can be recorded all
 * the same, and not be undone.
 */
export async function downTextOf(
  migration: Migration,
  rules: ScriptRules,
): Promise<string | undefined> {
  try {
    return (await readScript(migration, rules))?.downText
  } catch {
    return undefined
  }
}
