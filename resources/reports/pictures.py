"""Measures networks on pictures at 8, 4, 3 and 2 bits and writes pictures.csv and pictures.html beside itself.

usage: python3 pictures.py PROGRAM DATA      PROGRAM: tritloom-cli; DATA: the folder of real models, shared/data
Each row is one of `tritloom-cli compare`, its times those of `tritloom-cli bench preview`.
"""
import csv
import html
import json
import os
import subprocess
import sys

PROGRAM, DATA = sys.argv[1], sys.argv[2]
HERE = os.path.dirname(os.path.abspath(__file__))
FORMATS = "int8row,int4row,int3row,int2row"
PREVIEWED = "int4row"  # the other widths take as long
# rtn, gptq: inputs stay floats; the other two round inputs to 8 bits: W8A8, W4A8, W3A8, W2A8.
METHODS = "rtn,gptq,static-activations,clipped-channels"
NETWORKS = [  # file, pictures, more options of compare; METHODS where the last does not name others
    ("img_mnist_onnx/opt-mnist.onnx", "imgs_mnist_t10k", []),
    ("img_ternary_mnist/bit_netcnn_small_mnist_ternary.zip", "imgs_mnist_t10k", ["--limit", "2000"]),
    ("img_resnet20_cifar10/resnet20-12fca82f.th", "imgs_cifar10_a", []),
    ("img_ddpm_cnn_mnist/ddpm_mnist_final.pth", None, []),
    ("img_ddpm_unet_mnist/ddpm_mnist.pt", None, []),
    ("img_face_onnx/version-slim-320.onnx", "img_face_onnx", []),
    ("img_tinydarknet_imagenet/tfjs", "imgs_imagenet_a",
     ["--labels", os.path.join(DATA, "img_tinydarknet_imagenet/imagenet.labels.list")], "rtn"),
    ("img_sr_x4/team11_EFQN.pt", "imgs_set5_set12/Set5", []),
    ("img_sr_x4/team21_slimrlfn.pth", "imgs_set5_set12/Set5", []),
    ("img_sr_x4/team21_slimrlfn_prune.pth", "imgs_set5_set12/Set5", []),
]
# The first that a row has, what it is called, and what it was before compression (none: a distance from the original).
METRICS = [
    ("top1", "top-1", "referenceTop1"),
    ("boxAgreement", "same boxes", None),
    ("referencePsnr", "PSNR, dB", "referencePsnr"),
    ("fidelity", "PSNR to the original, dB", None),
    ("divergence", "relative error", None),
]
COLUMNS = ["model", "method", "format", "bits a weight", "bytes", "metric", "before", "after", "divergence", "pictures",
           "first preview ms, one layer", "first preview ms, all layers"]


def asked(*arguments):
    done = subprocess.run([PROGRAM, *arguments, "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):  # 1: some rows failed, each says why
        sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}")
    return json.loads(done.stdout)["rows"]


def rows_of(file, pictures, more, methods=METHODS):
    model = os.path.join(DATA, file)
    images = ["--images", os.path.join(DATA, pictures)] if pictures else []
    seconds = {}
    for row in asked("bench", "preview", "--model", model, "--count", "1", *images, "--formats", PREVIEWED,
                     "--methods", methods):
        seconds[tuple(row["device"].rsplit(", ", 1))] = row["wallSeconds"]
    for row in asked("compare", model, *images, *more, "--formats", FORMATS, "--methods", methods):
        if "failure" in row:
            print(f"{file}: {row['method']} {row['format']}: {row['failure']}", file=sys.stderr)
            continue
        key, metric, before = next(m for m in METRICS if m[0] in row)
        after = row["psnr" if key == "referencePsnr" else key]
        preview = [f"{1000 * seconds[row['method'], layers]:.0f}" for layers in ("one layer", "all layers")]
        yield [os.path.basename(file), row["method"], row["format"], f"{row['bitsPerWeight']:.2f}", row["bytes"], metric,
               f"{row[before]:.4g}" if before else "", f"{after:.4g}", f"{row['divergence']:.3g}", row["samples"], *preview]


rows = [row for network in NETWORKS for row in rows_of(*network)]
with open(os.path.join(HERE, "pictures.csv"), "w", newline="", encoding="utf-8") as file:
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
with open(os.path.join(HERE, "pictures.html"), "w", encoding="utf-8") as file:
    file.write('<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Networks on pictures</title><style>'
               "body{font:14px sans-serif;margin:2em}td,th{padding:2px 10px;text-align:right}"
               "td:nth-child(-n+3),th:nth-child(-n+3){text-align:left}tr.first td{border-top:1px solid #999}</style>\n"
               "<h1>Networks on pictures at 8, 4, 3 and 2 bits</h1>\n<table>\n")
    for i, row in enumerate([COLUMNS, *rows]):
        tag = "td" if i else "th"
        first = ' class="first"' if i > 1 and row[0] != rows[i - 2][0] else ""
        file.write(f"<tr{first}>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row) + "</tr>\n")
    file.write("</table></html>\n")
