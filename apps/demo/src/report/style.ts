import { styleText } from 'node:util'

/** Colours where the output is a terminal that wants them, plain text elsewhere. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly accent: (text: string) => string
}

/** Colours for a stream as `NO_COLOR`, `FORCE_COLOR` and its being a terminal have it. */
export function createStyle(stream: NodeJS.WritableStream): Style {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { stream, validateStream: true })
  return {
    bold: style('bold'),
    dim: style('dim'),
    good: style('green'),
    bad: style(['bold', 'red']),
    warn: style('yellow'),
    accent: style('cyan'),
  }
}
