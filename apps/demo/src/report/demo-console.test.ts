import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { DemoConsole } from './demo-console.js'

class Screen extends Writable {
  text = ''
  readonly isTTY: boolean

  constructor(isTTY: boolean) {
    super()
    this.isTTY = isTTY
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

test('without a terminal there is neither colour nor cursor movement, and steps are lines', async () => {
  const screen = new Screen(false)
  const output = new DemoConsole(screen)
  for (let tick = 0; tick < 50; tick++) output.live({ lines: ['drawn'], plain: 'still at it' })
  await output.step(
    'modules',
    async () => 22,
    (count) => `${count} created`,
  )
  expect(screen.text).not.toContain('\u001b')
  expect(screen.text.match(/still at it/g)).toHaveLength(1)
  expect(screen.text).toMatch(/✓ modules {5}22 created {2}0\.0 s\n$/)
})

test('a terminal sees what is live in one place, and nothing of it after the step', async () => {
  const screen = new Screen(true)
  const output = new DemoConsole(screen)
  output.live({ lines: ['one', 'two'], plain: '' })
  screen.text = ''
  output.live({ lines: ['three'], plain: '' })
  expect(screen.text.startsWith('\u001b[2A\u001b[0J')).toBe(true)
  screen.text = ''
  output.print('done')
  expect(screen.text.startsWith('\u001b[1A\u001b[0J')).toBe(true)
  expect(screen.text.endsWith('done\n')).toBe(true)
})
