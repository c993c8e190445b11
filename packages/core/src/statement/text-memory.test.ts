import { expect, test } from 'vitest'
import { TextMemory } from './text-memory.js'

test('forgets what was asked for longest ago', () => {
  const memory = new TextMemory<number>(3, 1000)
  for (const [at, text] of ['a', 'b', 'c'].entries()) memory.set(text, at)
  expect(memory.get('a')).toBe(0)
  memory.set('d', 3)
  expect(['a', 'b', 'c', 'd'].map((text) => memory.get(text))).toEqual([0, undefined, 2, 3])
})

test('is bounded in characters and keeps no giant', () => {
  const memory = new TextMemory<number>(1000, 160)
  memory.set('x'.repeat(11), 1)
  expect(memory.size).toBe(0)
  for (let at = 0; at < 100; at++) memory.set(String(at).padStart(10), at)
  expect(memory.size).toBe(16)
  for (let again = 0; again < 100; again++) memory.set(String(99).padStart(10), again)
  expect(memory.size).toBe(16)
})
