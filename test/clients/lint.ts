// Lints the OpenAPI document with the rules of Spectral, Redocly and IBM. A warning that is not listed here fails, and so does a
// listed one that is gone. The linters are installed where they are used: see test/support/install.mjs.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from '../support/install.mjs'
import { apiOfAda } from './document.js'

/** What is left as it is, and why. Rules of IBM are those of its own products. */
const accepted: Readonly<Record<string, string>> = {
  'ibm-string-attributes':
    'a pattern and a length for texts whose form is nobody’s business: answers, names, addresses',
  'ibm-integer-attributes': 'generators make a bigint of int64; JSON numbers are what is sent',
  'ibm-array-attributes': 'lists may be empty',
  'ibm-avoid-inline-schemas': 'schemas that are used once are read where they stand',
  'ibm-no-nullable-properties': 'null says “none”; a field that is left out says nothing',
  'ibm-error-response-schemas': 'errors are problems of RFC 9457',
  'ibm-error-content-type-is-json': 'errors are application/problem+json (RFC 9457)',
  'ibm-operationid-casing-convention': 'clients have methods in camel case',
  'ibm-operationid-naming-convention': 'the names say what is done: rotateKey',
  'ibm-success-response-example': 'fields have the examples',
  'ibm-path-segment-casing-convention': 'the base path is the host’s',
  'ibm-enum-casing-convention': 'scopes are the host’s',
  'ibm-pagination-style': 'pages have next_cursor and Link',
  'ibm-no-ambiguous-paths': 'ids have a pattern that no other segment matches',
  'no-ambiguous-paths': 'ids have a pattern that no other segment matches',
  'ibm-required-array-properties-in-response': 'problems have errors only where fields are wrong',
  'ibm-etag-header': 'verbs of a key have no address to GET; their ETag is that of the key',
  'ibm-schema-type-format': 'null is a type of JSON Schema 2020-12',
  'ibm-collection-array-property': 'lists have data',
  'ibm-well-defined-dictionaries': 'metadata and data of records are the host’s',
  'ibm-avoid-repeating-path-parameters': 'operations are described one by one',
  'ibm-schema-naming-convention': 'KeyPage says that it is a page',
  'ibm-major-version-in-path': 'the base path is the host’s',
  'ibm-response-status-codes': '422 is what the draft of Idempotency-Key asks for',
  'ibm-use-date-based-format': 'expired is a count',
  'ibm-accept-and-return-models': 'a verb without settings takes an empty object',
  'ibm-resource-response-consistency': 'only a creation shows the token',
  'ibm-patch-request-content-type': 'PATCH takes application/json, whose fields replace those of the key',
}

const folder = mkdtempSync(join(tmpdir(), 'keywright-lint-'))
const found = new Map<string, string>()
try {
  const document = join(folder, 'openapi.json')
  writeFileSync(document, JSON.stringify(apiOfAda().document))

  const spectral = join(install('@stoplight/spectral-cli', '6.16.3'), '.bin/spectral')
  // Spectral looks for what a ruleset names beside the ruleset.
  symlinkSync(install('@ibm-cloud/openapi-ruleset', '1.33.17'), join(folder, 'node_modules'))
  const rulesets = {
    'oas.yaml': 'extends: ["spectral:oas"]',
    'ibm.js': "module.exports = { extends: require('@ibm-cloud/openapi-ruleset') }",
  }
  for (const [name, text] of Object.entries(rulesets)) {
    const ruleset = join(folder, name)
    writeFileSync(ruleset, text)
    const report = join(folder, `${name}.json`)
    const options = ['--format', 'json', '--output', report, '--quiet', '--fail-severity', 'error']
    try {
      execFileSync(spectral, ['lint', '--ruleset', ruleset, document, ...options], {
        stdio: ['ignore', 'inherit', 'inherit'],
      })
    } catch {
      // It says by its exit code that it found something; without a report, the next line throws.
    }
    const results = JSON.parse(readFileSync(report, 'utf8'))
    for (const { code, message, path } of results) note(code, `${message} (${path.join('/')})`)
  }

  const redocly = createRequire(join(install('@redocly/openapi-core', '1.34.24'), 'x.js'))('@redocly/openapi-core')
  const config = await redocly.createConfig({ extends: ['recommended'] })
  for (const { ruleId, message } of await redocly.lint({ ref: document, config })) note(ruleId, message)
} finally {
  rmSync(folder, { recursive: true })
}

const unlisted = [...found].filter(([rule]) => accepted[rule] === undefined)
for (const [rule, example] of unlisted) console.error(`${rule}: ${example}`)
const gone = Object.keys(accepted).filter((rule) => !found.has(rule))
for (const rule of gone) console.error(`${rule} is listed, and finds nothing any more: strike it out`)
console.log(`${found.size} rules find something, ${found.size - unlisted.length} of them are accepted with a reason`)
process.exitCode = unlisted.length + gone.length > 0 ? 1 : 0

function note(rule: string, example: string): void {
  if (!found.has(rule)) found.set(rule, example)
}
