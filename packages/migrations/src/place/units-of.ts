/**
 * How many UTF-16 units so many of a text's characters are: PostgreSQL and its parser count an emoji
 * as one.
 */
export function unitsOf(text: string, characters: number): number {
  let units = 0
  for (let left = characters; left > 0 && units < text.length; left--) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1
  }
  return units
}
