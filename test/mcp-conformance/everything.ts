import { setTimeout } from 'node:timers/promises'
import type { McpAccess } from '@keywright/mcp'
import { z } from 'zod'

/** What a tool may do while it runs, independent of the SDK. */
export interface Link {
  log(text: string): Promise<unknown>
  progress(done: number, total: number): Promise<unknown>
  sample(prompt: string): Promise<string>
  elicit(message: string, properties: object, required?: string[]): Promise<{ action: string; content?: unknown }>
  closeStream(): void
}

type Content =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource'; resource: { uri: string; mimeType: string; text: string } }

/** A tool that the conformance suite calls. */
export interface Tool {
  readonly access: McpAccess
  readonly input?: z.ZodObject
  run(link: Link, args: Readonly<Record<string, string>>): Content[] | Promise<Content[]>
}

/** A prompt that the suite gets. */
export interface Prompt {
  readonly access: McpAccess
  readonly args?: readonly string[]
  say(args: Readonly<Record<string, string>>): Content[]
}

/** A resource that the suite reads. `{id}` makes it a template. */
export interface Resource {
  readonly access: McpAccess
  readonly mimeType: string
  readonly content: (id: string) => { text: string } | { blob: string }
}

const text = (value: string): Content => ({ type: 'text', text: value })
const resource = (uri: string, mimeType: string, value: string): Content => ({
  type: 'resource',
  resource: { uri, mimeType, text: value },
})
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
const silence = Buffer.from(
  'RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0\x80>\0\0\x02\0\x10\0data\0\0\0\0',
  'latin1',
)
const image: Content = { type: 'image', data: pixel, mimeType: 'image/png' }

const run: McpAccess = { scopes: ['tests.run'] }
const ask: McpAccess = { scopes: ['tests.run', 'tests.ask'] }
const answered = ({ action, content }: { action: string; content?: unknown }): Content[] => [
  text(`action=${action}, content=${JSON.stringify(content ?? {})}`),
]
const choice = (values: string[]) => ({ type: 'string', enum: values })
const titled = (values: string[]) => values.map((value) => ({ const: value, title: `The ${value}` }))

/** The tools that the suite expects of a server. */
export const tools: Readonly<Record<string, Tool>> = {
  test_simple_text: { access: 'public', run: () => [text('This is a simple text response for testing.')] },
  test_image_content: { access: run, run: () => [image] },
  test_audio_content: {
    access: run,
    run: () => [{ type: 'audio', data: silence.toString('base64'), mimeType: 'audio/wav' }],
  },
  test_embedded_resource: {
    access: run,
    run: () => [resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  },
  test_multiple_content_types: {
    access: run,
    run: () => [
      text('Multiple content types test:'),
      image,
      resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  },
  test_tool_with_logging: {
    access: run,
    run: async ({ log }) => {
      await log('Tool execution started')
      await setTimeout(50)
      await log('Tool processing data')
      await setTimeout(50)
      await log('Tool execution completed')
      return [text('logged')]
    },
  },
  test_error_handling: {
    access: run,
    run: () => {
      throw new Error('This tool intentionally returns an error for testing')
    },
  },
  test_tool_with_progress: {
    access: run,
    run: async ({ progress }) => {
      for (const done of [0, 50, 100]) {
        await progress(done, 100)
        await setTimeout(50)
      }
      return [text('progressed')]
    },
  },
  test_sampling: {
    access: ask,
    input: z.object({ prompt: z.string() }),
    run: async ({ sample }, { prompt = '' }) => [text(`LLM response: ${await sample(prompt)}`)],
  },
  test_elicitation: {
    access: ask,
    input: z.object({ message: z.string() }),
    run: async ({ elicit }, { message = '' }) => {
      const field = { type: 'string', description: 'What the user says' }
      return answered(await elicit(message, { username: field, email: field }, ['username', 'email']))
    },
  },
  test_elicitation_sep1034_defaults: {
    access: ask,
    run: async ({ elicit }) =>
      answered(
        await elicit('Defaults', {
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { ...choice(['active', 'inactive', 'pending']), default: 'active' },
          verified: { type: 'boolean', default: true },
        }),
      ),
  },
  test_elicitation_sep1330_enums: {
    access: ask,
    run: async ({ elicit }) => {
      const options = ['option1', 'option2', 'option3']
      const values = ['value1', 'value2', 'value3']
      return answered(
        await elicit('Choices', {
          untitledSingle: choice(options),
          titledSingle: { type: 'string', oneOf: titled(values) },
          legacyEnum: { ...choice(['opt1', 'opt2', 'opt3']), enumNames: ['One', 'Two', 'Three'] },
          untitledMulti: { type: 'array', items: choice(options) },
          titledMulti: { type: 'array', items: { anyOf: titled(values) } },
        }),
      )
    },
  },
  test_reconnection: {
    access: run,
    run: async ({ closeStream }) => {
      closeStream()
      await setTimeout(100)
      return [text('reconnected')]
    },
  },
  json_schema_2020_12_tool: {
    access: run,
    input: z
      .strictObject({ name: z.string().optional(), address: z.record(z.string(), z.string()).optional() })
      .meta({ $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: { address: { type: 'object' } } }),
    run: () => [text('checked')],
  },
}

/** The prompts that the suite expects of a server. */
export const prompts: Readonly<Record<string, Prompt>> = {
  test_simple_prompt: { access: 'public', say: () => [text('This is a simple prompt for testing.')] },
  test_prompt_with_arguments: {
    access: run,
    args: ['arg1', 'arg2'],
    say: ({ arg1, arg2 }) => [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    access: run,
    args: ['resourceUri'],
    say: ({ resourceUri = '' }) => [
      resource(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
      text('Please process the embedded resource above.'),
    ],
  },
  test_prompt_with_image: { access: run, say: () => [image, text('Please analyze the image above.')] },
}

/** The resources that the suite expects of a server. */
export const resources: Readonly<Record<string, Resource>> = {
  'test://static-text': {
    access: 'public',
    mimeType: 'text/plain',
    content: () => ({ text: 'This is the content of the static text resource.' }),
  },
  'test://static-binary': { access: run, mimeType: 'image/png', content: () => ({ blob: pixel }) },
  'test://watched-resource': { access: run, mimeType: 'text/plain', content: () => ({ text: 'watched' }) },
  'test://template/{id}/data': {
    access: { scopes: ['records.read'], on: ({ id }) => ({ type: 'record', id }) },
    mimeType: 'application/json',
    content: (id) => ({ text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }),
  },
}
