import type { CompiledQuery } from 'kysely'
import type { Residue } from '../session/session.js'
import { firstKeyword } from '../statement/first-keyword.js'
import { assertModuleStatement } from '../statement/module-statement-guard.js'
import { RawTextMemory } from '../statement/raw-text-memory.js'
import { statementFacts } from '../statement/statement-facts.js'
import { TextMemory } from '../statement/text-memory.js'
import { mayCallUserFunction } from '../statement/user-functions.js'
import type { FunctionNames } from './function-names.js'
import type { Caller, StatementJudge } from './statement-judge.js'

/** Another process may make functions and triggers, and tells nobody. */
const JUDGED_FOR_MS = 60_000

/** Judges the statements of modules; a verdict is remembered with the text that it belongs to. */
export class ModuleJudge implements StatementJudge {
  readonly #functions: FunctionNames
  readonly #texts = new RawTextMemory()
  #residues = new TextMemory<Residue>(2_000, 4_000_000)
  #since = Date.now()

  constructor(functions: FunctionNames) {
    this.#functions = functions
  }

  isRaw(compiled: CompiledQuery, { module, acting }: Caller): boolean {
    if (!this.#texts.holdsRawSql(compiled)) return false
    // Plans tell of every tenant's rows, which are hidden from tenants alone.
    const mayExplain = acting.kind !== 'tenant' && firstKeyword(compiled.sql) === 'EXPLAIN'
    if (module !== undefined && !mayExplain) assertModuleStatement(compiled.sql, module)
    return true
  }

  residueOf(sql: string): Residue | Promise<Residue> {
    if (Date.now() - this.#since > JUDGED_FOR_MS) this.forget()
    return this.#residues.get(sql) ?? this.#judgeResidue(sql)
  }

  /** Functions came or went; what was judged by their names is judged again. */
  forget(): void {
    this.#since = Date.now()
    this.#residues = new TextMemory(2_000, 4_000_000)
    this.#functions.forget()
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
