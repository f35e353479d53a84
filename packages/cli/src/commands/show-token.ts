import type { CreatedKey } from '@keywright/core'
import { answer, answerJson, Failure, type Io, note, plainText } from '../terminal/index.js'

/**
 * Writes a new token, this once: alone on standard output, so that it can be piped to where it belongs.
 *
 * @throws Failure where it could not be written: nobody has it then.
 */
export async function showToken(io: Io, { key, token }: CreatedKey, isJson: boolean): Promise<void> {
  if (!isJson) await note(io, `This is the token of key ${key.id}, ${plainText(key.name)}. It is shown only this once:`)
  try {
    await (isJson ? answerJson(io, { key, token: token.reveal() }) : answer(io, token.reveal()))
  } catch (cause) {
    throw new Failure(
      'token_not_written',
      `The token of key ${key.id} could not be written, and is lost. Make another with keywright keys rotate, or end the key with keywright keys revoke.`,
      { cause },
    )
  }
}
