#!/usr/bin/env node
import { main } from './app/main-program';

void main(process.argv.slice(2));
