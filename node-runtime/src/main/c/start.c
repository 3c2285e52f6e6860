/* What a C library would bring: the program's entry, and the few functions that compilers and the shim expect. */
#include "shim.h"

#include <elf.h>
#include <sys/mman.h>

void start_here(const long *stack) __attribute__((noreturn, used));
void __stack_chk_fail(void) __attribute__((noreturn));

/* The kernel puts argc, argv, envp and auxv on the stack, and leaves it to us to call anything. */
#if defined __x86_64__
__asm__(
    ".globl _start\n_start:\n"
    "  xor %ebp, %ebp\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call start_here\n"
    /* rdi flags, rsi the stack's end, rdx the function: kept over the call in r12. */
    ".globl sys_clone_sharing\nsys_clone_sharing:\n"
    "  push %r12\n  mov %rdx, %r12\n  xor %edx, %edx\n  xor %r10d, %r10d\n  xor %r8d, %r8d\n  mov $56, %eax\n  syscall\n"
    "  test %rax, %rax\n  jz 1f\n  pop %r12\n  ret\n"
    "1:  xor %ebp, %ebp\n  call *%r12\n  hlt\n");
#else
__asm__(
    ".globl _start\n_start:\n"
    "  mov x29, #0\n  mov x30, #0\n  mov x0, sp\n  and sp, x0, #-16\n  b start_here\n"
    ".globl sys_clone_sharing\nsys_clone_sharing:\n"
    "  mov x9, x2\n  mov x2, #0\n  mov x3, #0\n  mov x4, #0\n  mov x8, #220\n  svc 0\n"
    "  cbz x0, 1f\n  ret\n"
    "1:  mov x29, #0\n  mov x30, #0\n  blr x9\n  brk #0\n");
#endif

uintptr_t __stack_chk_guard;
char *shim_name;
const char *program_name;

void __stack_chk_fail(void) {
  sys_exit_group(127);
}

/* No stack protector here: it sets the guard that others are checked by. */
__attribute__((optimize("no-stack-protector"))) void start_here(const long *stack) {
  const long *at = stack + 1 + stack[0] + 1; /* argc, argv, NULL */
  while (*at++ != 0) {}                      /* envp, NULL */
  for (; at[0] != AT_NULL; at += 2)
    if (at[0] == AT_RANDOM) memcpy(&__stack_chk_guard, (const void *)at[1], sizeof __stack_chk_guard);
  __stack_chk_guard &= ~(uintptr_t)0xff; /* a NUL first, so that no string can write it */
  program_name = stack[0] > 0 ? (const char *)stack[1] : "";
  shim_name = stack[0] > 1 ? (char *)stack[2] : "";
  if (strcmp(program_name, "regrow-exec") == 0) exec_run();
  shim_run();
}

void give_code_back(void) {
  enum { PAGE = 4096 };
  uintptr_t from = ((uintptr_t)&once + PAGE - 1) / PAGE * PAGE, to = (uintptr_t)etext / PAGE * PAGE;
  if (from < to) sys_madvise((void *)from, to - from, MADV_DONTNEED); /* It comes back where it is touched after all. */
}

void give_stack_back(void) {
  enum { PAGE = 4096, DEEPEST = 16 * PAGE, RED_ZONE = 256 };
  uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - RED_ZONE) / PAGE * PAGE; /* this frame's page is kept */
  sys_madvise((void *)(end - DEEPEST), DEEPEST, MADV_DONTNEED);
}

void *memcpy(void *to, const void *from, size_t length) {
  char *out = to;
  const char *in = from;
  while (length-- > 0) *out++ = *in++;
  return to;
}

void *memset(void *to, int value, size_t length) {
  char *out = to;
  while (length-- > 0) *out++ = (char)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t length) {
  const unsigned char *x = a, *y = b;
  for (; length > 0; length--, x++, y++) if (*x != *y) return *x - *y;
  return 0;
}

void *memchr(const void *bytes, int wanted, size_t length) {
  for (const unsigned char *at = bytes; length > 0; length--, at++) if (*at == (unsigned char)wanted) return (void *)at;
  return NULL;
}

size_t strlen(const char *string) {
  const char *at = string;
  while (*at != 0) at++;
  return (size_t)(at - string);
}

int strncmp(const char *a, const char *b, size_t length) {
  for (; length > 0; length--, a++, b++) if (*a != *b || *a == 0) return (unsigned char)*a - (unsigned char)*b;
  return 0;
}

int strcmp(const char *a, const char *b) {
  return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *string, int wanted) {
  for (;; string++) {
    if (*string == (char)wanted) return (char *)string;
    if (*string == 0) return NULL;
  }
}

char *strrchr(const char *string, int wanted) {
  char *last = NULL;
  for (;; string++) {
    if (*string == (char)wanted) last = (char *)string;
    if (*string == 0) return last;
  }
}
