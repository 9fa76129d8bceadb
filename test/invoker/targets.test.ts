import { describe, expect, it } from 'vitest'
import { InvalidSettingError } from 'resilient-lambda'
import { parseTarget } from '../../src/invoker/target.js'
import { scripted } from './support.js'

const ACCOUNT = '123456789012'

describe('a target', () => {
  it.each<readonly [string, string, string | undefined, string | undefined]>([
    ['quote', 'quote', undefined, undefined],
    ['quote:live', 'quote', 'live', undefined],
    ['quote:7', 'quote', '7', undefined],
    ['quote:$LATEST', 'quote', '$LATEST', undefined],
    ['quote:$LATEST.PUBLISHED', 'quote', '$LATEST.PUBLISHED', undefined],
    ['Quote_v2-eu.beta', 'Quote_v2-eu.beta', undefined, undefined],
    [`${ACCOUNT}:quote`, `${ACCOUNT}:quote`, undefined, undefined],
    [`${ACCOUNT}:function:quote`, `${ACCOUNT}:function:quote`, undefined, undefined],
    [`${ACCOUNT}:function:quote:live`, `${ACCOUNT}:function:quote`, 'live', undefined],
    ...(
      [
        ['aws', 'eu-west-1'],
        ['aws', 'ap-southeast-5'],
        ['aws-us-gov', 'us-gov-west-1'],
        ['aws-cn', 'cn-northwest-1'],
        ['aws-iso', 'us-iso-east-1'],
        ['aws-iso-b', 'us-isob-east-1'],
        ['aws-eusc', 'eusc-de-east-1'],
      ] as const
    ).flatMap(([partition, region]) => {
      const arn = `arn:${partition}:lambda:${region}:${ACCOUNT}:function:quote`
      return [
        [arn, arn, undefined, region],
        [`${arn}:live`, arn, 'live', region],
      ] as const
    }),
  ])('is read from %s', (given, functionName, qualifier, region) => {
    expect(parseTarget(given)).toEqual({ functionName, qualifier, region, tenantId: undefined })
  })

  it.each([
    '',
    ' ',
    'no spaces',
    'quote:',
    ':live',
    'quote:live:7',
    'quote/7',
    'quöte',
    'quote\n',
    'quote:$HEAD',
    'quote:li.ve',
    'x'.repeat(65),
    `${'x'.repeat(65)}:live`,
    `quote:${'q'.repeat(129)}`,
    '12345:function:quote',
    `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${'x'.repeat(65)}`,
    `arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:quote`,
    'arn:aws:lambda:eu-west-1:function:quote',
    `arn:aws:lambda:Europe:${ACCOUNT}:function:quote`,
    `arn:aws:lambda::${ACCOUNT}:function:quote`,
    `arn:aws:s3:eu-west-1:${ACCOUNT}:function:quote`,
    `arn:azure:lambda:eu-west-1:${ACCOUNT}:function:quote`,
    `https://lambda.eu-west-1.amazonaws.com/quote`,
  ])('is refused before anything is sent: %j', (name) => {
    const { lambda, script } = scripted()
    expect(() => lambda(name)).toThrow(InvalidSettingError)
    expect(() => lambda(name)).toThrow(
      /^function must be a function's name \('quote'\), .* or a full ARN \(.*\), but was '/,
    )
    expect(script('quote').requests).toEqual([])
  })

  it.each([undefined, null, 7, {}, ['quote']])('is refused when it is no text: %j', (name) => {
    expect(() => scripted().lambda(name as never)).toThrow(InvalidSettingError)
  })

  it('can be as long as Lambda allows', () => {
    const name = 'x'.repeat(64)
    expect(parseTarget(name).functionName).toBe(name)
    expect(parseTarget(`${name}:${'q'.repeat(128)}`).qualifier).toHaveLength(128)
  })
})

describe('qualifier()', () => {
  it.each(['7', 'live', '$LATEST', '$LATEST.PUBLISHED', 'q'.repeat(128)])('takes %s', async (qualifier) => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').qualifier(qualifier).invoke()
    expect(script('quote').requests).toMatchObject([{ qualifier, functionName: 'quote' }])
  })

  it.each(['', 'a b', 'a:b', '$HEAD', '$latest', 'a.b', 'q'.repeat(129), 7, undefined])(
    'refuses %j',
    (qualifier) => {
      expect(() =>
        scripted()
          .lambda('quote')
          .qualifier(qualifier as string),
      ).toThrow(InvalidSettingError)
    },
  )

  it('takes the place of the one in the name', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote:live').qualifier('7').invoke()
    expect(script('quote').requests).toMatchObject([{ functionName: 'quote', qualifier: '7' }])
  })
})

describe('tenant()', () => {
  it.each(['a', 'Tenant 7', 'a.b_c:d/e=f+g-h@i', 't'.repeat(256)])('takes %s', async (tenant) => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').tenant(tenant).invoke()
    expect(script('quote').requests).toMatchObject([{ tenantId: tenant }])
  })

  it.each(['', 'a#b', 'ä', 'a\nb', 't'.repeat(257), 7, null])('refuses %j', (tenant) => {
    expect(() =>
      scripted()
        .lambda('quote')
        .tenant(tenant as string),
    ).toThrow(InvalidSettingError)
  })

  it('stays when the qualifier changes, and the other way round', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').tenant('a').qualifier('live').invoke()
    await lambda('quote').qualifier('live').tenant('a').invoke()
    expect(script('quote').requests).toMatchObject([
      { tenantId: 'a', qualifier: 'live' },
      { tenantId: 'a', qualifier: 'live' },
    ])
  })
})

describe("a function's own settings", () => {
  it('name another function, version and tenant behind the name it is called by', async () => {
    const arn = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:prod-quote`
    const { lambda, script } = scripted({
      functions: { quote: { tenant: 'a', qualifier: '7', name: `${arn}:live` } },
    })
    script(arn).replies(1)
    await lambda('quote').invoke()
    expect(script(arn).requests).toMatchObject([
      { functionName: arn, qualifier: '7', region: 'eu-west-1', tenantId: 'a' },
    ])
  })

  it('hold for its qualified name as well, with that qualifier', async () => {
    const { lambda, script } = scripted({
      functions: { quote: { name: 'prod-quote', qualifier: '7', retry: { attempts: 2 } } },
    })
    script('prod-quote').replies(1)
    await lambda('quote:live').invoke()
    expect(script('prod-quote').requests).toMatchObject([{ qualifier: 'live' }])
    expect(lambda('quote:live').explain()).toMatch(/retry +2 attempts/)
  })

  it('can be for one qualified name only', () => {
    const { lambda } = scripted({ functions: { 'quote:live': { retry: { attempts: 2 } } } })
    expect(lambda('quote:live').explain()).toMatch(/^quote:live, .*\n(?:.*\n)+ +retry +2 attempts/)
    expect(lambda('quote').explain()).toMatch(/retry +4 attempts/)
  })

  it('go over the defaults, and chains go over them', () => {
    const { lambda } = scripted({
      defaults: { retry: { attempts: 2, baseDelay: 70 }, deadline: '9s' },
      functions: { quote: { retry: { attempts: 4 } } },
    })
    expect(lambda('quote').retry({ maxDelay: '3s' }).explain()).toMatch(
      /retry +4 attempts; waits full, 70 ms to 3 s/,
    )
    expect(lambda('quote').explain()).toMatch(/deadline +9 s/)
  })
})
