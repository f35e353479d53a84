import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.js'
import { Sheet } from '../parts/sheet.js'
import { usePage } from '../state/page.js'
import { KeyList } from './key-list.js'

export interface PickedKey {
  readonly id: string
  readonly name: string
}

interface KeyPickerProps {
  /** `null`: all keys. */
  readonly picked: PickedKey | null
  readonly pick: (key: PickedKey | null) => void
}

/** All keys, or one that is found by its name. */
export function KeyPicker({ picked, pick }: KeyPickerProps) {
  const { strings } = usePage()
  const words = strings.usage
  const [isOpen, setOpen] = useState(false)
  return (
    <div class="key-picker">
      <button type="button" class="button" onClick={() => setOpen(true)}>
        <Icon name="key" />
        <span class="unseen">{words.key}: </span>
        {picked === null ? words.allKeys : <bdi>{picked.name}</bdi>}
      </button>
      {picked !== null && (
        <button
          type="button"
          class="button bare"
          aria-label={strings.common.remove(picked.name)}
          onClick={() => pick(null)}
        >
          <Icon name="close" />
        </button>
      )}
      {isOpen && (
        <Sheet title={strings.webhooks.choose} kind="small" close={() => setOpen(false)}>
          <KeyList
            hasRevoked
            none={strings.list.nothingFound}
            pick={({ id, name }) => {
              pick({ id, name })
              setOpen(false)
            }}
          />
        </Sheet>
      )}
    </div>
  )
}
