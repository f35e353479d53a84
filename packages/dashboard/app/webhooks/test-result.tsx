import type { Schemas } from '../client/client.js'
import { Icon } from '../parts/icon.js'
import { usePage } from '../state/page.js'
import { useAttemptInWords } from './attempt-in-words.js'

/** What came of a test event. */
export function TestResult({ of: test }: { readonly of: Schemas['WebhookTest'] }) {
  const { strings, formats } = usePage()
  const words = strings.webhooks
  const inWords = useAttemptInWords()
  const isGood = test.outcome === 'delivered'
  const facts = [
    ...(test.outcome === 'not_sent' ? [] : [inWords(test)]),
    ...(test.latency_ms === null ? [] : [`${formats.number(test.latency_ms)} ms`]),
  ]
  return (
    <div class={`notice ${isGood ? 'success' : 'danger'}`} role="status">
      <Icon name={isGood ? 'check' : 'warn'} />
      <div>
        <strong>{words.outcomes[test.outcome]}</strong>
        {facts.length > 0 && <p>{facts.join(' · ')}</p>}
        {test.text !== '' && <pre class="answer">{test.text}</pre>}
      </div>
    </div>
  )
}
