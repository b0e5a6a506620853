// Why the service did not take a file, and what helps.

/** Whether another try would end the same. */
export const isFinal = code => FINAL.includes(code ?? '');
const FINAL = [
  'payload_too_large', 'unsupported_image_type', 'undecodable_image', 'image_limit_exceeded', 'insufficient_scope', 'invalid_request', 'import_failed',
  'fetch_refused', 'retention_locked',
];

export const helpOf = (code, kind) => kind === 'archive' && code === 'payload_too_large' ? 'Divide it into smaller archives.' : ({
  payload_too_large: 'Make it smaller, or ask an owner to raise the policy “Largest original”.',
  unsupported_image_type: 'Save it as JPEG, PNG, WebP, AVIF, JPEG XL, GIF, TIFF or HEIC. SVG is taken where an owner allows it (policy “Formats of originals”).',
  undecodable_image: 'The file is damaged; nothing here can repair it. Take it from its source again.',
  image_limit_exceeded: 'Make it smaller in pixels or frames, or ask an owner to raise the policy.',
  quota_exceeded: 'Delete what is not needed, or ask an owner to raise the quota.',
  import_failed: 'Pack it anew as a plain ZIP without a password, or drop its folder here as it is.',
  fetch_failed: 'Open the address in a browser: it must show the image to everybody, without a sign-in.',
  fetch_refused: 'Only public addresses are fetched from. Save the image and upload the file.',
  retention_locked: 'It is locked against changes until the day that its details name.',
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
