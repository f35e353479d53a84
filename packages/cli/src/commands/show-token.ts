import type { CreatedKey } from '@keywright/core'
import { answer, answerJson, type Io, note, plainText } from '../terminal/index.js'

/** Writes a new token, this once: alone on standard output, so that it can be piped to where it belongs. */
export async function showToken(io: Io, { key, token }: CreatedKey, isJson: boolean): Promise<void> {
  if (isJson) return answerJson(io, { key, token: token.reveal() })
  await note(io, `This is the token of key ${key.id}, ${plainText(key.name)}. It is shown only this once:`)
  await answer(io, token.reveal())
}
