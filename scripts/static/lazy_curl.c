// Stands in for libcurl when `scripts/release` links the program: each function looks for the system's libcurl when it is first
// called. So a program that asks no server runs where there is no libcurl, and one that does uses the system's, with the security
// updates that it gets.
//
// These are the functions that Foundation's URLSession calls (lib_CFURLSessionInterface.a of Swift 6.3); a newer Foundation that
// calls others fails to link, which says their names.
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void *library(void) {
    static void *found;
    if (!found) found = dlopen("libcurl.so.4", RTLD_NOW | RTLD_GLOBAL);
    if (!found) found = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_GLOBAL);
    if (found) return found;
    fprintf(stderr,
            "orrery: this needs the system's libcurl (libcurl.so.4), which is not there; expected the package libcurl4 and "
            "ca-certificates (Debian, Ubuntu) or libcurl (Fedora)\n");
    exit(1);
}

static void *function(const char *name) {
    void *found = dlsym(library(), name);
    if (found) return found;
    fprintf(stderr, "orrery: the system's libcurl has no %s; expected libcurl 7.62 or newer\n", name);
    exit(1);
}

#define FIND(type, name)                                       \
    static type found;                                         \
    if (!found) found = (type)function(#name)

#define FORWARD(result, name, parameters, arguments)           \
    result name parameters {                                   \
        typedef result(*Function) parameters;                  \
        FIND(Function, name);                                  \
        return found arguments;                                \
    }

// Of a variadic function every call passes one pointer, function or integer as wide as a register.
#define FORWARD_OPTION(name)                                   \
    int name(void *handle, int option, ...) {                  \
        typedef int (*Function)(void *, int, ...);             \
        FIND(Function, name);                                  \
        va_list list;                                          \
        va_start(list, option);                                \
        void *value = va_arg(list, void *);                    \
        va_end(list);                                          \
        return found(handle, option, value);                   \
    }

FORWARD_OPTION(curl_easy_setopt)
FORWARD_OPTION(curl_easy_getinfo)
FORWARD_OPTION(curl_multi_setopt)

FORWARD(int, curl_global_init, (long flags), (flags))
FORWARD(void *, curl_easy_init, (void), ())
FORWARD(void, curl_easy_cleanup, (void *easy), (easy))
FORWARD(int, curl_easy_pause, (void *easy, int mask), (easy, mask))
FORWARD(const char *, curl_easy_strerror, (int code), (code))
FORWARD(void, curl_free, (void *memory), (memory))
FORWARD(void *, curl_multi_init, (void), ())
FORWARD(int, curl_multi_cleanup, (void *multi), (multi))
FORWARD(int, curl_multi_add_handle, (void *multi, void *easy), (multi, easy))
FORWARD(int, curl_multi_remove_handle, (void *multi, void *easy), (multi, easy))
FORWARD(int, curl_multi_assign, (void *multi, int socket, void *pointer), (multi, socket, pointer))
FORWARD(void *, curl_multi_info_read, (void *multi, int *left), (multi, left))
FORWARD(int, curl_multi_socket_action, (void *multi, int socket, int events, int *running), (multi, socket, events, running))
FORWARD(void *, curl_slist_append, (void *list, const char *text), (list, text))
FORWARD(void, curl_slist_free_all, (void *list), (list))
FORWARD(void *, curl_url, (void), ())
FORWARD(int, curl_url_get, (void *url, int part, char **text, unsigned flags), (url, part, text, flags))
FORWARD(int, curl_url_set, (void *url, int part, const char *text, unsigned flags), (url, part, text, flags))
FORWARD(const char *, curl_version, (void), ())
FORWARD(void *, curl_version_info, (int version), (version))
