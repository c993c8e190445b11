import type { Style } from './style.js'

const WIDTH = 36

/** `━━━━━────` for a part of a whole, from 0 to 1. */
export function progressBar(part: number, style: Style): string {
  const filled = Math.round(Math.min(1, Math.max(0, part)) * WIDTH)
  return style.accent('━'.repeat(filled)) + style.dim('─'.repeat(WIDTH - filled))
}
