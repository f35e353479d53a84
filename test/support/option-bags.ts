import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dirname, '../..')

/** The source files behind the published entries of all packages. */
function entriesOf(): string[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    const targets: { '@keywright/source'?: string }[] = manifest.private ? [] : Object.values(manifest.exports)
    return targets.flatMap(({ '@keywright/source': source }) =>
      source === undefined ? [] : [join(root, 'packages', name, source)],
    )
  })
}

/** The objects with methods of their own that published functions return: their methods take options, too. */
const served = ['Keyring', 'AuditLog', 'McpAuth']

/** The name of the type that a declaration is, or is part of; `null` where it is written in the place of a parameter. */
function nameAround(declared: ts.Node): string | null {
  const named = ts.findAncestor(declared, (node) => ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node))
  // What findAncestor gives is what its condition let pass, which its type does not say.
  return named === undefined ? null : (named as ts.TypeAliasDeclaration | ts.InterfaceDeclaration).name.text
}

/**
 * The types of our own with at least one optional field that users hand to published functions and methods, however deep: a field
 * of such a type can be misspelt, and the object still be complete. Each with one place where it is taken.
 */
export function findOptionBags(): ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const entries = entriesOf()
  const program = ts.createProgram(entries, options)
  const checker = program.getTypeChecker()
  const found = new Map<string, string>()

  function visit(given: ts.Type, place: string, seen: Set<ts.Type>): void {
    const type = checker.getNonNullableType(checker.getBaseConstraintOfType(given) ?? given)
    if (seen.has(type)) return
    seen.add(type)
    if (type.isUnionOrIntersection()) {
      for (const each of type.types) visit(each, place, seen)
      return
    }
    if (checker.isArrayType(type) || checker.isTupleType(type)) {
      // Both are references, which is what the two calls have just told.
      for (const each of checker.getTypeArguments(type as ts.TypeReference)) visit(each, `${place}[]`, seen)
      return
    }
    if (!(type.flags & ts.TypeFlags.Object)) return
    for (const { type: each } of checker.getIndexInfosOfType(type)) visit(each, `${place}[]`, seen)
    const [declared] = (type.aliasSymbol ?? type.symbol)?.declarations ?? []
    if (declared === undefined || !/packages\/[a-z0-9]+\/src\//.test(declared.getSourceFile().fileName)) return
    if (ts.isClassDeclaration(declared) || type.getCallSignatures().length > 0) return
    const fields = checker.getPropertiesOfType(type)
    const name = nameAround(declared) ?? place
    if (fields.some(({ flags }) => flags & ts.SymbolFlags.Optional) && !found.has(name)) found.set(name, place)
    for (const field of fields) visit(checker.getTypeOfSymbol(field), `${place}.${field.name}`, seen)
  }

  function walk(type: ts.Type, name: string): void {
    for (const { parameters } of type.getCallSignatures()) {
      for (const taken of parameters) {
        const label = taken.name.startsWith('__') ? 'options' : taken.name
        visit(checker.getTypeOfSymbol(taken), `${name}(${label})`, new Set())
      }
    }
  }

  for (const file of entries) {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      if (symbol.flags & ts.SymbolFlags.Value) walk(checker.getTypeOfSymbol(symbol), exported.name)
      if (!served.includes(exported.name)) continue
      for (const method of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))) {
        walk(checker.getTypeOfSymbol(method), `${exported.name}.${method.name}`)
      }
    }
  }
  return found
}
