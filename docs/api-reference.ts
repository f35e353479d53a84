// Writes a page for each entry point of each package into `docs/api-reference`, from the types and comments of the sources.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application, Converter, PageEvent, type Reflection, ReflectionKind, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { root } from './.vitepress/repository.js'

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

/** What may be imported: its source, the name that TypeDoc gives to that, and the name on the site, such as `@keywright/core/scope`. */
const doors = readdirSync(join(root, 'packages')).flatMap((folder) => {
  const manifest: Manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
  return Object.entries(manifest.exports).flatMap(([door, target]) => {
    const source = typeof target === 'string' ? undefined : target['@keywright/source']
    if (source === undefined) return []
    const file = join(folder, source)
    return [
      {
        file,
        module: file.replace(/(\/index)?\.ts$/, ''),
        name: `@keywright/${join(folder, door === '.' ? 'index' : door)}`,
      },
    ]
  })
})
const names = new Map(doors.map(({ module, name }) => [module, name]))

const imported = (name: string): string => name.replace(/\/index$/, '')

const options: Partial<TypeDocOptions & PluginOptions> = {
  name: 'API of all packages',
  entryPoints: doors.map(({ file }) => join(root, 'packages', file)),
  tsconfig: join(import.meta.dirname, 'tsconfig.api.json'),
  plugin: ['typedoc-plugin-markdown'],
  router: 'module',
  out: join(import.meta.dirname, 'api-reference'),
  readme: 'none',
  // `typecheck` looks for mistakes in types.
  skipErrorChecking: true,
  excludeInternal: true,
  groupOrder: ['Functions', 'Interfaces', 'Type Aliases', 'Variables', 'Classes', '*'],
  excludeExternals: true,
  disableSources: true,
  githubPages: false,
  excludeScopesInPaths: true,
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandObjects: true,
  sanitizeComments: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  pageTitleTemplates: { index: 'API of all packages', module: ({ name }) => imported(name) },
  validation: { notExported: false, invalidLink: true, invalidPath: true },
  treatValidationWarningsAsErrors: true,
  logLevel: 'Warn',
}

const app = await Application.bootstrapWithPlugins(options)
const known = new Map<string, Reflection>()
// A comment may name what another package publishes, such as an error of core, without an import that only the comment needs.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  const published = project.getReflectionsByKind(ReflectionKind.SomeExport | ReflectionKind.Reference)
  for (const one of published) if (!known.has(one.name)) known.set(one.name, one)
})
app.converter.addUnknownSymbolResolver(({ symbolReference }, _where, link) => {
  // Without `link`, it is a type: TypeDoc names those of other packages by itself.
  if (link === undefined) return undefined
  const [first = '', ...rest] = (symbolReference?.path ?? []).map(({ path }) => path)
  let target: Reflection | undefined = known.get(first)
  for (const name of rest) target = target?.getChildByName([name])
  // A link may lead to a declaration, which the type of this answer leaves out.
  return target && { target: target as unknown as string, caption: [first, ...rest].join('.') }
})
// A method `a.b` and a type `aB` have one anchor for TypeDoc, which numbers it; their headings do not meet.
app.renderer.on(PageEvent.END, (page) => {
  const text = page.contents ?? ''
  const headings = [...text.matchAll(/^#+ (\w+)$/gm)].map(([, heading = '']) => heading.toLowerCase())
  page.contents = text.replace(/\]\(#(\w+)-1\)/g, (link, anchor: string) =>
    headings.filter((heading) => heading === anchor).length === 1 ? `](#${anchor})` : link,
  )
})
const project = await app.convert()
if (project === undefined) throw new Error('TypeDoc could not read the sources.')
for (const module of [...(project.children ?? [])]) {
  module.name = names.get(module.name) ?? module.name
  // What is imported for its effect alone has nothing to show.
  if (module.children === undefined) project.removeReflection(module)
}
app.validate(project)
await app.generateOutputs(project)
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1
