import type { LocalSetting } from '../identity/login-directory.js'
import type { Session, WireStatement } from '../session/session.js'
import type { ScopeHead } from './scope.js'

const HEAD_SETTINGS = ['role', 'search_path', 'plataforma.context'] as const

/** Whether a pooler gives each transaction another session: nothing can be cleaned after its end. */
export function isPooled({ backendPid }: Session): boolean {
  return backendPid === 0
}

/** Sets role, search path, context and a module's limits for the rest of the batch or transaction. */
export function headStatement(head: ScopeHead, session: Session): WireStatement {
  const values = [head.role, head.searchPath, head.token(session)]
  const settings = settingsOf(head, session)
  if (settings === undefined) return { text: HEAD, values, prepare: 'always' }
  return {
    text: headText([...HEAD_SETTINGS, ...settings.map(({ name }) => name)]),
    values: [...values, ...settings.map(({ value }) => value)],
    prepare: 'always',
  }
}

/** Those of the session first: a module's own limits hold. */
function settingsOf(head: ScopeHead, session: Session): readonly LocalSetting[] | undefined {
  if (session.settings === undefined) return head.settings
  const own = head.settings ?? []
  const names = new Set<string>(own.map(({ name }) => name))
  return [...session.settings.filter(({ name }) => !names.has(name)), ...own]
}

/** Calls them all and gives no row: nobody reads what was set. */
function headText(names: readonly string[]): string {
  const calls = names.map((name, index) => `set_config('${name}', $${index + 1}, true)`)
  return `select where (${calls.join(' || ')}) is null`
}

const HEAD = headText(HEAD_SETTINGS)

export function scopeKeyOf(head: ScopeHead | undefined): string {
  return head?.key ?? ''
}
