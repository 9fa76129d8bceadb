/** HTTP statuses of the errors Invoke can answer with: the SDK's model, and the common errors it does not model. */
const NAMES_BY_STATUS: Record<number, string> = {
  400: `InvalidParameterValueException InvalidRequestContentException ModeNotSupportedException
    NoPublishedVersionException RecursiveInvocationException SnapStartException MalformedHttpRequestException
    RequestAbortedException RequestExpired ThrottlingException ValidationException`,
  401: 'NotAuthorized',
  402: 'ServiceQuotaExceededException',
  403: `EFSMountFailureException S3FilesMountFailureException AccessDeniedException ExpiredTokenException
    IncompleteSignature InvalidSignatureException OptInRequired UnrecognizedClientException`,
  404: 'ResourceNotFoundException UnknownOperationException',
  408: `EFSMountConnectivityException EFSMountTimeoutException S3FilesMountConnectivityException
    S3FilesMountTimeoutException SnapStartTimeoutException RequestTimeoutException`,
  409: `CodeArtifactUserDeletedException CodeArtifactUserFailedException CodeArtifactUserPendingException
    DurableExecutionAlreadyStartedException ResourceConflictException SnapStartNotReadyException
    SnapStartRegenerationFailureException`,
  410: 'EFSIOException',
  413: 'RequestTooLargeException SerializedRequestEntityTooLargeException RequestEntityTooLargeException',
  415: 'UnsupportedMediaTypeException',
  429: 'TooManyRequestsException',
  500: 'ServiceException InternalFailure',
  502: `EC2AccessDeniedException EC2ThrottledException EC2UnexpectedException ENILimitReachedException
    ENINotReadyException InvalidRuntimeException InvalidSecurityGroupIDException InvalidSubnetIDException
    InvalidZipFileException KMSAccessDeniedException KMSDisabledException KMSInvalidStateException
    KMSNotFoundException ResourceNotReadyException SubnetIPAddressLimitReachedException`,
  503: 'ServiceUnavailable ServiceUnavailableException',
}

const STATUSES = new Map<string, number>()
for (const [status, names] of Object.entries(NAMES_BY_STATUS)) {
  for (const name of names.split(/\s+/)) STATUSES.set(name, Number(status))
}

/** The HTTP status Lambda sends an error with; undefined for a name it does not know. */
export function statusOf(name: string): number | undefined {
  return STATUSES.get(name)
}

const MESSAGE_IN_LOWER_CASE = new Set([
  'CodeArtifactUserDeletedException',
  'CodeArtifactUserFailedException',
  'CodeArtifactUserPendingException',
  'InvalidParameterValueException',
  'InvalidRequestContentException',
  'ModeNotSupportedException',
  'RequestTooLargeException',
  'ResourceConflictException',
  'ResourceNotReadyException',
  'SerializedRequestEntityTooLargeException',
  'TooManyRequestsException',
  'UnsupportedMediaTypeException',
])

/** The model spells this member differently from error to error, and so must the body. */
export function messageKeyOf(name: string): 'message' | 'Message' {
  return MESSAGE_IN_LOWER_CASE.has(name) ? 'message' : 'Message'
}
