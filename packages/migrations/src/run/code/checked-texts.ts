import { loadParser } from '@plataforma/core/parser'
import { mayRunFunctions, runsFunctions } from '../../script/runs-functions.js'
import { type SplitStatement, splitStatements } from '../../script/split-statements.js'

/** A text of code, and whether the check is to be run behind it. */
interface CheckedText {
  readonly text: string
  readonly isToCheck: boolean
}

/** Of texts with many values, which are long and come once. */
const KEPT = 100

/** Puts a check behind the statements that may call for one. */
export class CheckedTexts {
  readonly check: string
  readonly #known = new Map<string, CheckedText>()

  constructor(check: string) {
    this.check = check
  }

  /** The same text, with the check between its statements where there are more than one. */
  async of(text: string): Promise<CheckedText> {
    if (!mayRunFunctions(text)) return { text, isToCheck: false }
    const known = this.#known.get(text)
    if (known !== undefined) return known
    await loadParser()
    const checked = this.#checked(text)
    if (this.#known.size === KEPT) this.#known.clear()
    this.#known.set(text, checked)
    return checked
  }

  #checked(text: string): CheckedText {
    const statements = statementsOf(text)
    // The server may know what the parser does not.
    if (statements === undefined) return { text, isToCheck: true }
    const isToCheck = statements.some(({ tree }) => runsFunctions(tree))
    if (!isToCheck || statements.length === 1) return { text, isToCheck }
    const texts = statements.map((statement) => statement.text)
    return { text: texts.join(`;\n${this.check};\n`), isToCheck }
  }
}

function statementsOf(text: string): readonly SplitStatement[] | undefined {
  try {
    return splitStatements(text)
  } catch {
    return undefined
  }
}
