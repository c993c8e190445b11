import { PlataformaError } from '../error/plataforma-error.js'

/** @throws PlataformaError `PLT_STATEMENT_INVALID`: the protocol would end the text at its NUL. */
export function assertSendable(text: string): void {
  if (!text.includes('\0')) return
  throw new PlataformaError('PLT_STATEMENT_INVALID', 'The text of a statement holds a NUL.', {
    remedy: 'PostgreSQL knows no NUL character: take it out.',
  })
}
