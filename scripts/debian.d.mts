export declare function program(name: string, debianPackage?: string): string;
