import type { CompiledQuery } from 'kysely'
import type { Residue } from '../session/session.js'
import { firstKeyword } from '../statement/first-keyword.js'
import { assertModuleStatement } from '../statement/module-statement-guard.js'
import { type NamedRelations, namedRelations } from '../statement/named-relations.js'
import { isProven } from '../statement/proven-query-compiler.js'
import { RawTextMemory } from '../statement/raw-text-memory.js'
import { statementFacts } from '../statement/statement-facts.js'
import { TextMemory } from '../statement/text-memory.js'
import { mayCallUserFunction, type ServerNames } from '../statement/user-functions.js'
import type { FunctionNames } from './function-names.js'
import type { Caller, StatementJudge } from './statement-judge.js'

/** Judges the statements of modules; a verdict is remembered with the text that it belongs to. */
export class ModuleJudge implements StatementJudge {
  readonly #functions: FunctionNames
  readonly #texts = new RawTextMemory()
  readonly #relations = new TextMemory<NamedRelations>(2_000, 4_000_000)
  #residues = new TextMemory<Residue>(2_000, 4_000_000)
  #judgedBy: ServerNames | undefined

  constructor(functions: FunctionNames) {
    this.#functions = functions
  }

  isRaw(compiled: CompiledQuery, { module, acting }: Caller): boolean {
    if (!this.#texts.holdsRawSql(compiled)) return this.#reachesAlteringCode(compiled)
    // Plans tell of every tenant's rows, which are hidden from tenants alone.
    const mayExplain = acting.kind !== 'tenant' && firstKeyword(compiled.sql) === 'EXPLAIN'
    if (module !== undefined && !mayExplain) assertModuleStatement(compiled.sql, module)
    return true
  }

  residueOf(sql: string): Residue | Promise<Residue> {
    if (this.#functions.now !== this.#judgedBy) this.#residues = new TextMemory(2_000, 4_000_000)
    this.#judgedBy = this.#functions.now
    return this.#residues.get(sql) ?? this.#judgeResidue(sql)
  }

  /** Functions came or went; what was judged by their names is judged again. */
  forget(): void {
    this.#functions.forget()
  }

  /** A trigger, default or view may change the session of a statement that holds no raw SQL. */
  #reachesAlteringCode(compiled: CompiledQuery): boolean {
    const names = this.#functions.now
    // `residueOf` waits for the names.
    if (names === undefined) return true
    const { alteringOnRead, alteringOnWrite, alteringBehindBuiltIns } = names
    if (alteringBehindBuiltIns) return true
    if (alteringOnRead.size === 0 && alteringOnWrite.size === 0) return false
    let relations = this.#relations.get(compiled.sql)
    if (relations === undefined) {
      // Somebody's text that equals a builder's: what stands beside it tells nothing.
      if (!isProven(compiled)) return true
      relations = namedRelations(compiled.query)
      this.#relations.set(compiled.sql, relations)
    }
    const { writes } = relations
    return relations.names.some(
      (name) => alteringOnRead.has(name) || (writes && alteringOnWrite.has(name)),
    )
  }

  async #judgeResidue(sql: string): Promise<Residue> {
    const residues = this.#residues
    const [facts, names] = await Promise.all([statementFacts(sql), this.#functions.load()])
    const residue = mayCallUserFunction(facts, names)
      ? 'anything'
      : facts.setsSession
        ? 'settings'
        : 'none'
    residues.set(sql, residue)
    return residue
  }
}
