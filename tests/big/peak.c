/* peak.c: runs a command, then prints the most memory it held, in KiB
 *
 *     peak COMMAND ARGUMENT... >output
 *
 * The figure goes to standard error as "peak KIB"; the exit status is the
 * command's.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage use;
    int status;
    if (argc < 2)
        return 64;
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &use) != child)
        return 71;
    fprintf(stderr, "peak %ld\n", use.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 70;
}
