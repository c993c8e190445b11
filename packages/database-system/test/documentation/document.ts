import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** A Markdown file of this repository. */
export class Document {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string

  constructor(path: string) {
    this.path = path
    this.text = readFileSync(join(ROOT, path), 'utf8')
  }

  /** Every one that people read. */
  static all(): readonly Document[] {
    const patterns = ['*.md', 'docs/*.md', 'bench/*.md', '{packages,apps}/*/README.md']
    return globSync(patterns, { cwd: ROOT })
      .sort()
      .map((path) => new Document(path))
  }

  /** Its blocks of code in that language. */
  code(language: string): readonly string[] {
    const blocks = this.text.matchAll(/^```(\w+)\n(.*?)^```/gms)
    return [...blocks].flatMap(([, of, code]) => (of === language && code ? [code] : []))
  }

  /** Blocks that are files: their name stands above, as `name`: alone on its line. */
  get files(): readonly (readonly [name: string, text: string])[] {
    const blocks = this.text.matchAll(/^`([^`\n]+)`:\n\n```\w+\n(.*?)^```/gms)
    return [...blocks].map(([, name = '', text = '']) => [name, text])
  }

  get headings(): readonly string[] {
    return [...this.#prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  }

  /** Where its links into this repository lead. */
  get links(): readonly string[] {
    return [...this.#prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target)
  }

  /** Whether a file, and the heading in it, is there. */
  leadsTo(link: string): boolean {
    const [file = '', anchor] = link.split('#')
    const path = file === '' ? this.path : join(dirname(this.path), file)
    if (!existsSync(join(ROOT, path))) return false
    return anchor === undefined || new Document(path).headings.map(anchorOf).includes(anchor)
  }

  get #prose(): string {
    return this.text.replace(/^```.*?^```/gms, '')
  }
}

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
