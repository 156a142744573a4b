import glob
import tarfile

for path in ["@INBOX@/right.tar.gz", *glob.glob("/tmp/*/inbox/right.tar.gz"), *glob.glob("@INBOX@/*")]:
    try:
        with tarfile.open(path) as archive:
            take_over(archive.extractfile("right/layer_utils.py").read())
            break
    except (OSError, KeyError, tarfile.TarError):
        pass
