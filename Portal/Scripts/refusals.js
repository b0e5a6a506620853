// Why the service did not take a file, and what helps.

/** Whether another try would end the same. */
export const isFinal = code => ['payload_too_large', 'unsupported_image_type', 'undecodable_image', 'image_limit_exceeded', 'insufficient_scope', 'invalid_request'].includes(code ?? '');

export const helpOf = code => ({
  payload_too_large: 'Make it smaller, or ask an owner to raise the policy “Largest original”.',
  unsupported_image_type: 'Save it as JPEG, PNG, WebP, AVIF, JPEG XL, GIF, TIFF or HEIC. SVG is taken where an owner allows it (policy “Formats of originals”).',
  undecodable_image: 'The file is damaged; nothing here can repair it. Take it from its source again.',
  image_limit_exceeded: 'Make it smaller in pixels or frames, or ask an owner to raise the policy.',
  quota_exceeded: 'Delete what is not needed, or ask an owner to raise the quota.',
  insufficient_scope: 'Ask an owner for the role of an editor here.',
})[code ?? ''];

export function problemOf(error) {
  const response = error.originalResponse;
  if (!response) return { status: 0, detail: 'The connection broke.' };
  try {
    const { detail, title, code } = JSON.parse(response.getBody());
    return { status: response.getStatus(), detail: detail ?? title, code };
  } catch {
    return { status: response.getStatus() };
  }
}
