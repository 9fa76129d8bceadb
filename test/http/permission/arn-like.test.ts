import { describe, expect, it, test } from 'vitest'
import { isArnLike } from '../../../src/http/permission/arn-like.js'

describe('an ARN', () => {
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:quote:live'

  test.each([
    ['*', true],
    ['arn:aws:lambda:*:*:function:quote:live', true],
    ['arn:*:*:*:*:*', true],
    ['arn:aws:lambda:eu-west-1:123456789012:*', true],
    ['arn:aws:lambda:eu-west-1:123456789012:function:quote:*', true],
    ['arn:aws:*:function:quote:live', false],
    ['arn:aws:lambda:*', false],
    ['arn:aws:lambda:eu-west-?:*:*', true],
    ['arn:aws:lambda:eu-west-1:123456789012:function:quote', false],
  ])('is like %s: %s', (pattern, expected) => {
    expect(isArnLike(pattern, arn)).toBe(expected)
  })

  it('is compared part by part to the end', () => {
    expect(isArnLike('arn:aws:lambda:*:1:b', 'arn:aws:lambda:eu:1:a:1:b')).toBe(false)
    expect(isArnLike('arn:aws:lambda:*:1:*:b', 'arn:aws:lambda:eu:1:a:1:b')).toBe(true)
  })
})
