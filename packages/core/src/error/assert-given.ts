import { PlataformaError } from './plataforma-error.js'
import { shownValue } from './shown-value.js'

/** Refuses arguments that are not of the kind that the signature asks for. */
export const assertGiven = {
  /** @throws PlataformaError `PLT_OPTION_INVALID` */
  function(name: string, value: unknown): void {
    if (typeof value !== 'function') throw invalid(name, value, 'Give a function.')
  },

  /** @throws PlataformaError `PLT_OPTION_INVALID` */
  object(name: string, value: unknown): void {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
    throw invalid(name, value, 'Give an object.')
  },

  /** A text that PostgreSQL can hold. @throws PlataformaError `PLT_OPTION_INVALID` */
  text(name: string, value: unknown): void {
    if (typeof value === 'string' && !value.includes('\0')) return
    throw invalid(name, value, 'Give a text without the character NUL.')
  },

  /** @throws PlataformaError `PLT_OPTION_INVALID` */
  texts(name: string, value: unknown): void {
    if (!Array.isArray(value)) throw invalid(name, value, 'Give a list of texts.')
    for (const [index, one] of value.entries()) this.text(`${name}[${index}]`, one)
  },
}

function invalid(name: string, value: unknown, remedy: string): PlataformaError {
  const message = `\`${name}\` cannot be ${shownValue(value)}.`
  return new PlataformaError('PLT_OPTION_INVALID', message, { remedy })
}
