import { Controller, Get, Header } from '@nestjs/common';
import { HOME } from './home.page.js';

@Controller()
export class PagesController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
  @Header('x-content-type-options', 'nosniff')
  home(): string {
    return HOME;
  }
}
