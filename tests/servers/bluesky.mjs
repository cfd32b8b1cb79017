// The reference stack of Bluesky on loopback: prints one line of JSON with its addresses, then obeys
// lines on standard input ("process": let the AppView catch up), and closes when that ends.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(path.join(process.env.CAREKIT_NODE_MODULES, 'index.js'))
const devEnv = await import(pathToFileURL(require.resolve('@atproto/dev-env')))

const network = await devEnv.TestNetwork.create({
  dbPostgresSchema: 'ck',
  pds: { rateLimitsEnabled: process.env.CAREKIT_RATE_LIMITS === '1' },
})
await network.processAll()
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n')
say({ pds: network.pds.url, appview: network.bsky.url, plc: network.plc.url })

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === 'process') {
    await network.processAll()
    say({ processed: true })
  }
}
await network.close()
process.exit(0)
