import type { CompiledQuery } from 'kysely'
import type { Residue } from '../session/session.js'
import { assertModuleStatement } from '../statement/module-statement-guard.js'
import { RawTextMemory } from '../statement/raw-text-memory.js'
import { statementFacts } from '../statement/statement-facts.js'
import { TextMemory } from '../statement/text-memory.js'
import { mayCallUserFunction } from '../statement/user-functions.js'
import type { FunctionNames } from './function-names.js'
import type { StatementJudge } from './statement-judge.js'

/** Judges the statements of modules; a verdict is remembered with the text that it belongs to. */
export class ModuleJudge implements StatementJudge {
  readonly #functions: FunctionNames
  readonly #texts = new RawTextMemory()
  #residues = new TextMemory<Residue>(2_000, 4_000_000)

  constructor(functions: FunctionNames) {
    this.#functions = functions
  }

  isRaw(compiled: CompiledQuery, module: string | undefined): boolean {
    if (!this.#texts.holdsRawSql(compiled)) return false
    if (module !== undefined) assertModuleStatement(compiled.sql, module)
    return true
  }

  residueOf(sql: string): Residue | Promise<Residue> {
    return this.#residues.get(sql) ?? this.#judgeResidue(sql)
  }

  /** Functions came or went; what was judged by their names is judged again. */
  forget(): void {
    this.#residues = new TextMemory(2_000, 4_000_000)
    this.#functions.forget()
  }

  async #judgeResidue(sql: string): Promise<Residue> {
    const [facts, names] = await Promise.all([statementFacts(sql), this.#functions.load()])
    const residue = mayCallUserFunction(facts, names)
      ? 'anything'
      : facts.setsSession
        ? 'settings'
        : 'none'
    this.#residues.set(sql, residue)
    return residue
  }
}
