export declare function program(name: string, debianPackage?: string): string;
export declare function unpackedProgram(name: string, debianPackage?: string, elsewhere?: readonly string[]): string;
