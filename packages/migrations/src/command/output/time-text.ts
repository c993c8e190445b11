/** Such as `2026-11-22 20:31:38` of the zone of this machine. */
export function timeText(time: string | Date): string {
  const at = new Date(time)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`
}
