import { PlataformaError } from './plataforma-error.js'

/** The module was never made, or was dropped. */
export function moduleNotFound(module: string, cause?: unknown): PlataformaError {
  return new PlataformaError('PLT_MODULE_NOT_FOUND', `There is no module "${module}".`, {
    module,
    remedy: 'Create it with createModule, or correct its name.',
    ...(cause === undefined ? {} : { cause }),
  })
}
