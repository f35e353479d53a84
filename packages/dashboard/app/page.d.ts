/** A file of the built page. */
interface PageFile {
  /** With a digest of the text, so that it can be kept for ever. */
  readonly name: string
  readonly text: string
}

export declare const script: PageFile
export declare const style: PageFile
