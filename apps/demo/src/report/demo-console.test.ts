import { Writable } from 'node:stream'
import { beforeAll, expect, test, vi } from 'vitest'
import { DemoConsole } from './demo-console.js'

beforeAll(() => {
  // Test runners set it for their own output.
  vi.stubEnv('FORCE_COLOR', undefined)
})

class Screen extends Writable {
  text = ''
  readonly isTTY: boolean

  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
  }

  /** What was written since the last time. */
  take(): string {
    const { text } = this
    this.text = ''
    return text
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

test('without a terminal there is neither colour nor cursor movement, and steps are lines', async () => {
  const screen = new Screen(false)
  let now = 0
  const output = new DemoConsole(screen, () => now)
  const work = async () => {
    for (; now < 5000; now += 100) output.live({ lines: ['drawn'], plain: 'still at it' })
    return 22
  }
  await output.step('modules', work, (count) => `${count} created`)
  expect(screen.text).toBe('still at it\nstill at it\n  ✓ modules     22 created  5.0 s\n')
})

test('a terminal sees what is live in one place, and nothing of it after the step', () => {
  const screen = new Screen(true)
  let now = 0
  const output = new DemoConsole(screen, () => now)
  output.live({ lines: ['one', 'two'], plain: '' })
  expect(screen.take()).toBe('one\ntwo\n')
  output.live({ lines: ['too soon'], plain: '' })
  expect(screen.take()).toBe('')
  now = 250
  output.live({ lines: ['three'], plain: '' })
  expect(screen.take()).toBe('\u001b[2A\u001b[0Jthree\n')
  output.print('done')
  expect(screen.take()).toBe('\u001b[1A\u001b[0Jdone\n')
  output.print('more')
  expect(screen.take()).toBe('more\n')
})
