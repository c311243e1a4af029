/**
 * The text that carries a one-time password to a phone. AWS documents the languages, not the words.
 * https://docs.aws.amazon.com/sns/latest/api/API_CreateSMSSandboxPhoneNumber.html
 */
const english = (code: string) => `Your Amazon SNS verification code is ${code}.`;
const spanish = (code: string) => `Su código de verificación de Amazon SNS es ${code}.`;
const french = (code: string) => `Votre code de vérification Amazon SNS est ${code}.`;

const texts = {
  'en-US': english,
  'en-GB': english,
  'es-419': spanish,
  'es-ES': spanish,
  'de-DE': (code: string) => `Ihr Amazon-SNS-Bestätigungscode lautet ${code}.`,
  'fr-CA': french,
  'fr-FR': french,
  'it-IT': (code: string) => `Il codice di verifica di Amazon SNS è ${code}.`,
  'ja-JP': (code: string) => `Amazon SNS の確認コードは ${code} です。`,
  'pt-BR': (code: string) => `Seu código de verificação do Amazon SNS é ${code}.`,
  'kr-KR': (code: string) => `Amazon SNS 인증 코드는 ${code}입니다.`,
  'zh-CN': (code: string) => `您的 Amazon SNS 验证码是 ${code}。`,
  'zh-TW': (code: string) => `您的 Amazon SNS 驗證碼是 ${code}。`,
} as const;

export const LANGUAGE_CODES: readonly string[] = Object.keys(texts);

/** In English, where the language is none of them. */
export function verificationText(code: string, languageCode: string | undefined): string {
  const text = Object.entries(texts).find(([language]) => language === languageCode)?.[1];
  return (text ?? english)(code);
}
