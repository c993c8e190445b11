import { expect, it } from 'vitest'
import { errorTable } from './error-table.js'

it('the page of error codes is the one that the source gives', async () => {
  await expect(errorTable()).toMatchFileSnapshot('../../../../docs/errors.md')
})
