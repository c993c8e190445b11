import { expect, it } from 'vitest'
import { assertNode } from './assert-node.js'

it.each(['22.12.0', '22.23.3', '23.0.0', '24.1.0'])('takes Node.js %s', (version) => {
  expect(() => assertNode('>=22.12', version)).not.toThrow()
})

it.each(['20.19.5', '22.11.0', '9.99.0'])('refuses Node.js %s', (version) => {
  expect(() => assertNode('>=22.12', version)).toThrow(
    expect.objectContaining({
      code: 'PLT_CONFIG_INVALID',
      message: `This is Node.js ${version}.`,
      remedy: 'Run it with Node.js 22.12 or newer.',
    }),
  )
})
