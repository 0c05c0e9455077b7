import { Body, Controller, HttpCode, Post, StandardSchemaValidationPipe } from '@nestjs/common';
import { AuthService } from './auth.service.js';
import { login, type LoggedIn, type Login } from './login.js';

@Controller('api')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  login(@Body({ schema: login, pipes: [StandardSchemaValidationPipe] }) body: Login): Promise<LoggedIn> {
    return this.auth.login(body);
  }
}
