import type { CompiledQuery } from 'kysely'
import type { Residue } from '../session/session.js'
import type { Scope } from './scope.js'

/** Whose statement it is, and for whom it is sent. */
export type Caller = Pick<Scope, 'module' | 'acting'>

/** Knows of a text what the way must know before it is sent. */
export interface StatementJudge {
  /**
   * Whether the statement holds SQL text of the caller's, which may change its session.
   * @throws PlataformaError `PLT_STATEMENT_NOT_ALLOWED` for what a module may not send
   */
  isRaw(compiled: CompiledQuery, caller: Caller): boolean
  /** What a raw statement may leave on its session. */
  residueOf(sql: string): Residue | Promise<Residue>
}
