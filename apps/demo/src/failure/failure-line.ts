const FALLBACK = 'Run it again; if it stays, please report it with this line.'

/** What failed, why and what to do, in one line. */
export function failureLine(error: unknown): string {
  const chain = causesOf(error)
  const [what = 'The demo failed', ...causes] = withoutEchoes(chain.map(messageOf))
  const remedy = chain.map(remedyOf).find((text) => text !== undefined) ?? FALLBACK
  return [what, ...causes.map((cause) => `cause: ${cause}`), `remedy: ${remedy}`].join(' — ')
}

function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let one = error; one !== undefined && one !== null && !chain.includes(one); ) {
    chain.push(one)
    one = one instanceof Error ? one.cause : undefined
  }
  return chain
}

/** A wrapper often repeats what its cause says. */
function withoutEchoes(messages: readonly string[]): string[] {
  return messages.filter((message, place) => {
    const told = message.replace(/ \([^()]*\)$/, '')
    return !messages.slice(0, place).some((earlier) => earlier.includes(told))
  })
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  // A server's log comes with its last words at the end.
  const lines = message.trim().split('\n')
  const line = [...new Set([lines.at(0), lines.at(-1)])].map(trimmed).join(': ')
  const code = stringIn(error, 'code')
  return code === undefined || line.includes(code) ? line : `${line} (${code})`
}

function trimmed(text = ''): string {
  return text.trim().replace(/[.:]+$/, '')
}

function remedyOf(error: unknown): string | undefined {
  return stringIn(error, 'remedy')
}

function stringIn(error: unknown, name: string): string | undefined {
  if (typeof error !== 'object' || error === null || !(name in error)) return undefined
  const value = error[name as keyof typeof error]
  return typeof value === 'string' ? value : undefined
}
